"""The outlets we know: those declared in spiders/, found through SPIDER_MODULES as Scrapy finds them, and the ready ones."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING

from monitor import links
from monitor.config import ready_outlets
from monitor.crawl.settings import SPIDER_MODULES
from monitor.errors import ConfigError
from monitor.story import Outlet

if TYPE_CHECKING:
    from monitor.crawl.spider import OutletSpider

__all__ = ["coded_outlets", "declared_outlets", "outlet_at", "page_hooks"]


def declared_outlets(modules: Sequence[str] = tuple(SPIDER_MODULES)) -> Mapping[str, Outlet]:
    """Give every outlet we know by its name; a file in spiders/ goes before a ready declaration of the same name."""
    return {**ready_outlets(), **coded_outlets(modules)}


def outlet_at(url: str, outlets: Iterable[Outlet]) -> Outlet | None:
    """Give the outlet on whose hosts an address lies, None when it is nobody's."""
    host = links.host(url)
    return next((o for o in outlets if any(host == h or host.endswith(f".{h}") for h in o.hosts)), None)


def coded_outlets(modules: Sequence[str] = tuple(SPIDER_MODULES)) -> Mapping[str, Outlet]:
    """Give every outlet declared in spiders/ by its name. Raises ConfigError when two files declare the same one.

    Each file declares `OUTLET = Outlet(...)`. The files import Scrapy: half a second, once.
    """
    found: dict[str, Outlet] = {}
    for module in _walk(modules):
        outlet = getattr(module, "OUTLET", None)
        if not isinstance(outlet, Outlet):
            continue
        if found.setdefault(outlet.name, outlet) != outlet:
            msg = f"{module.__file__}: the outlet {outlet.name} is declared twice. Rename one, or remove one file."
            raise ConfigError(msg)
    return found


def page_hooks(modules: Sequence[str] = tuple(SPIDER_MODULES)) -> Mapping[str, type[OutletSpider]]:
    """Give, by outlet, the spiders that complete stories from pages themselves."""
    from monitor.crawl.spider import OutletSpider

    return {
        one.outlet.name: one
        for module in _walk(modules)
        for one in vars(module).values()
        if isinstance(one, type)
        and issubclass(one, OutletSpider)
        and one.page is not OutletSpider.page
        and hasattr(one, "outlet")
    }


def _walk(names: Sequence[str]) -> Iterator[ModuleType]:
    for name in names:
        package = importlib.import_module(name)
        yield package
        for info in pkgutil.walk_packages(getattr(package, "__path__", []), f"{name}."):
            yield importlib.import_module(info.name)
