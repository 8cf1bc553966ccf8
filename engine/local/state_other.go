//go:build !linux

package local

import (
	"fmt"
	"io/fs"
)

// changeOf says when a file was changed.
func changeOf(info fs.FileInfo) string { return fmt.Sprint(info.ModTime().UnixNano()) }
