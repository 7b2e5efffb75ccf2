"""Jobs: the contract between app and runner, and the names of their blobs."""
