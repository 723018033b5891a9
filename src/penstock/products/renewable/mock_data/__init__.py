"""A deterministic mock of weather and generation: any day alone equals that day of any range."""
