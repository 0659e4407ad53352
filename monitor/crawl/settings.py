"""The Scrapy project. Put settings of your own here: they win over the add-on's, except the guard, TLS and proxy-off."""

from pathlib import Path

BOT_NAME = "copytaster"
SPIDER_MODULES = ["spiders"]
NEWSPIDER_MODULE = "spiders"
ADDONS = {"monitor.crawl.addon.Hardening": 0}
TEMPLATES_DIR = str(Path(__file__).parent / "templates")  # scrapy genspider -t outlet NAME URL
