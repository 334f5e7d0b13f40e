"""What is known of Russian and of no matter: stems, names and their forms, numerals, plurals, dates in words."""
