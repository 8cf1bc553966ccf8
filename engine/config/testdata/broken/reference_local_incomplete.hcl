pipeline "p" {}

locals {
  a = 1
}

step "smtp" "mail" {
  to   = "a@example.org"
  text = jsonencode(local)
}
