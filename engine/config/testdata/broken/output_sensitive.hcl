pipeline "p" {}

variable "token" {
  default   = "abc"
  sensitive = true
}

output "token" {
  value = "Bearer ${var.token}"
}
