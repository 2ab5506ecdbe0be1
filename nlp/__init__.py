"""Text in, understanding out. Knows neither database nor WeChat."""
