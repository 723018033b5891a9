"""Weather-adjusted performance of wind and solar assets."""
