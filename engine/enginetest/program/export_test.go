package program

// CachedIn is Cached with a folder other than the user's.
var CachedIn = cachedIn
