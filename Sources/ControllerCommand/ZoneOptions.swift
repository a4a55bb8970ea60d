import ArgumentParser
import Controllers
import Glibc

/// Where the time zones of freeze windows are.
package struct ZoneOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The time zone database that freeze windows go by: a directory with a file for each zone. A window whose zone is not there holds until it is.",
            valueName: "directory"))
    package var zoneDirectory = ControllerConfiguration.usualZoneDirectory

    package init() {}

    /// The usual one may be missing: UTC needs none.
    package func validate() throws {
        guard zoneDirectory != ControllerConfiguration.usualZoneDirectory else { return }
        guard let directory = opendir(zoneDirectory) else {
            throw ValidationError(
                "--zone-directory: found \(zoneDirectory), which can't be read: \(String(cString: strerror(errno))); wanted a directory with files of the "
                    + "time zone database, as \(ControllerConfiguration.usualZoneDirectory)")
        }
        closedir(directory)
    }
}
