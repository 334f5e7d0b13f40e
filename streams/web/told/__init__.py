"""What the store tells, in words for a page: Russian, short, local time, each number beside what is usual. Pure."""
