package s3server

import "io"

// Build gives the path of the server's program in a folder, built with a go
// command.
func Build(dir, goTool string, console io.Writer) (string, error) {
	return builder{dir, goTool, console}.program()
}
