pipeline "p" {
  concurency = 4
}
