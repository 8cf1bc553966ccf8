pipeline "a" {}
