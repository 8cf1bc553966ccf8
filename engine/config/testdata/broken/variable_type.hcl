pipeline "p" {}

variable "limit" {
  type = strng
  default = "x"
}
