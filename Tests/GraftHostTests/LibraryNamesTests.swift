import Glibc
import Testing

@testable import GraftHost

@Suite("Names of libraries without a path")
struct LibraryNamesTests {
    @Test func `none is given out twice, although each descriptor is closed again`() throws {
        let names = LibraryNames(first: 300)
        let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer { close(null) }
        var seen: Set<String> = []
        for _ in 0..<100 {
            let (duplicate, path) = try names.next(for: null)
            #expect(seen.insert(path).inserted)
            #expect(access(path, R_OK) == 0)
            #expect(fcntl(duplicate, F_GETFD) & FD_CLOEXEC != 0)
            close(duplicate)
        }
    }

    /// More loads than the process may have descriptors.
    @Test func `there are more of them than numbers`() throws {
        var before = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &before)
        let last = min(before.rlim_cur, 1 << 20)
        let names = LibraryNames(first: Int32(last) - 8)
        let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer { close(null) }
        var seen: Set<String> = []
        for _ in 0..<30 {
            let (duplicate, path) = try names.next(for: null)
            #expect(seen.insert(path).inserted)
            #expect(access(path, R_OK) == 0)
            close(duplicate)
        }
    }
}
