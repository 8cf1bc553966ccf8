pipeline "p" {}

locals {
  stamp = "x"
}

step "smtp" "mail" {
  to   = "a@example.org"
  text = local.stmp
}
