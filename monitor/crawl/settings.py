"""The Scrapy project. Put settings of your own here: they win over the add-on's, except the guard, TLS and proxy-off."""

BOT_NAME = "copytaster"
SPIDER_MODULES = ["spiders"]
NEWSPIDER_MODULE = "spiders"
ADDONS = {"monitor.crawl.addon.Hardening": 0}
