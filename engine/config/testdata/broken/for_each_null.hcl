pipeline "p" {}

variable "people" {
  type    = map(string)
  default = null
}

step "smtp" "mail" {
  for_each = var.people
  to       = each.value
}
