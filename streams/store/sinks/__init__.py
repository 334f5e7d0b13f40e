"""From records to rows in ClickHouse."""
