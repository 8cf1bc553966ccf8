pipeline "p" {}

locals {
  who = each.key
}

step "smtp" "one" {
  to = each.value
}

step "smtp" "two" {
  for_each = toset(["a@example.org"])
  to       = each.velue
  timeout  = each.value
}
