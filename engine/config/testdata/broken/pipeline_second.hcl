pipeline "p" {}

pipeline "q" {}
