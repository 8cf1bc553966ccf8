pipeline "p" {
  concurrency = 0
}
