"""Where WeChat's API is."""

OFFICIAL = "https://api.weixin.qq.com"
