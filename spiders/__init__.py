"""One outlet, one file: a declaration, and code only where a page needs it."""
