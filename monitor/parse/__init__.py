"""Reading: bytes in, values out. Third-party parsers live here and nowhere else; nothing here touches the network.

feed, sitemap and listing give a Reading of a source; understand makes stories of its entries; article reads a page;
sandbox runs any of them in a child that can be killed.
"""
