"""What the product does, one file per verb. Nothing here knows who calls: a cron job, a page or a test."""
