"""The spreadsheet hosts, a file for each: all of them call `creditlib_addin.call`."""
