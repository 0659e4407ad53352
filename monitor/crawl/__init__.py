"""Everything Scrapy. `run.crawl` polls a list of sources; the spiders in `spiders/` are for `scrapy crawl`.

tasks.py       what a crawl is given and hands back (no Scrapy)
run.py         crawl(): one crawler, one spider, all due sources
spider.py      the spider: requests out, polls in
polls.py       a response or a failure becomes a Poll
reading.py     what happens to a body in the parsing child (no Scrapy)
headers.py     Retry-After and cache hints (no Scrapy)
guard.py       no request to a private address, ever
connect.py     the download handler: guard, header limit, host holds
pool.py        how many connections stay open
queue.py       which request comes next
robots.py, redirects.py   two downloader middlewares
pipeline.py    the one meeting of Scrapy and the newsroom
addon.py       hardened settings
catalogue.py   the outlets declared in spiders/
"""
