pipeline "p" {}

variable "bucket" {
  type = string
}
