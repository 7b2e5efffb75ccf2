"""Azure Storage: tables, queues and blobs, and the one place that tells their errors."""
