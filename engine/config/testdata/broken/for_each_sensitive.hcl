pipeline "p" {}

variable "people" {
  type      = set(string)
  default   = ["a@example.org"]
  sensitive = true
}

step "smtp" "mail" {
  for_each = var.people
  to       = each.value
}
