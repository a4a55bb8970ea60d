import Glibc
import GraftAPI
import Synchronization

/// The time zones of this machine: files in a directory, read once each.
final class ZoneDatabase: Sendable {
    private let directory: String
    private let zones = Mutex<[String: TimeZoneInformation]>([:])

    init(directory: String) { self.directory = directory }

    /// - Throws: what is wrong, and what to do. It is looked for anew each time: a database may be installed meanwhile.
    func zone(_ name: String) throws(TimeZoneError) -> TimeZoneInformation {
        if ZoneName.isUTC(name) { return .utc }
        if let known = zones.withLock({ $0[name] }) { return known }
        guard ZoneName.isSound(name) else { throw TimeZoneError("\"\(name)\" is no name of a time zone, wanted one like Europe/Berlin") }
        let zone: TimeZoneInformation
        do throws(TimeZoneError) {
            zone = try TimeZoneInformation(bytes: try bytes(of: name))
        } catch {
            throw TimeZoneError(
                "\(name) can't be read from \(directory): \(error.reason); install tzdata there, name another --zone-directory, correct the name, or use UTC"
            )
        }
        zones.withLock { $0[name] = zone }
        return zone
    }

    private func bytes(of name: String) throws(TimeZoneError) -> [UInt8] {
        let descriptor = open("\(directory)/\(name)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw TimeZoneError(errno == ENOENT ? "no such file" : String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while bytes.count <= TimeZoneInformation.sizeLimit {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw TimeZoneError(String(cString: strerror(errno))) }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return bytes
    }
}
