"""`make bench`: what a durable fold costs, with ratios taken in one run. The method is in README.md."""
