"""The desk's web pages (extra `web`): saying relevant or not, and feeds. Loopback by default; it grows into the workbench."""
