"""WeChat's callbacks: signatures, encryption, XML, and the reply."""
