"""Running the chapters on studies: the notebooks executed, pages, indexes and tables written."""
