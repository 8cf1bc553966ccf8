pipeline "my pipeline" {}
