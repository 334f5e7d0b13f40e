"""One test module a product module, no I/O but files in tmp_path."""
