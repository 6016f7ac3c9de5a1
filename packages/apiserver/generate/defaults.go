package main

func probedDefaults(resources []Resource) any                    { return nil }
func writeFixtures(directory string, resources []Resource) error { return nil }
