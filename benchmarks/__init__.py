"""What the documentation's figures come from: ratios and counts, printed as small tables."""
