"""HTTP and WebSocket: thin translation of requests to the rooms before it."""
