"""Azure Storage: tables, queues and blobs, and the one place that translates their errors."""
