import Glibc
import Synchronization

@testable import Agent

/// Runs `body` with a directory of its own, which goes afterwards.
func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    let directory = try makeTemporaryDirectory()
    defer { try? Disk.real.removeTree(directory) }
    return try body(directory)
}

/// - Parameter inMemory: on a file system in memory, where there is one: for tests that change very many files.
func withTemporaryDirectory<Result>(inMemory: Bool = false, _ body: (String) async throws -> Result) async throws -> Result {
    let directory = try makeTemporaryDirectory(below: inMemory && Disk.real.isDirectory("/dev/shm") ? "/dev/shm" : "/tmp")
    defer { try? Disk.real.removeTree(directory) }
    return try await body(directory)
}

private func makeTemporaryDirectory(below parent: String = "/tmp") throws -> String {
    var template = Array("\(parent)/graft-agent-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw FileError(parent, "making a directory", code: errno) }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// A process that dies before its n-th change to a file: from then on nothing it does reaches the disk.
final class Mortal: Sendable {
    struct Death: Error {}

    fileprivate let left: Mutex<Int>
    private let changes = Mutex<[Disk.Change]>([])

    init(dyingAt number: Int) { left = Mutex(number) }

    /// What it did, up to what it died of.
    var log: [Disk.Change] { changes.withLock { $0 } }
    var isDead: Bool { left.withLock { $0 < 0 } }

    var disk: Disk {
        Disk { [self] change in
            try left.withLock { left in
                guard left > 0 else {
                    left = -1
                    throw Death()
                }
                left -= 1
            }
            changes.withLock { $0.append(change) }
        }
    }
}

/// How much is free on a disk, as it is told.
final class Room: Sendable {
    private let bytes = Mutex(1 << 40)
    var free: Int {
        get { bytes.withLock { $0 } }
        set { bytes.withLock { $0 = newValue } }
    }
}

/// A disk that is full for the next few changes.
final class Faulty: Sendable {
    private let failures = Mutex(0)

    func fail(next count: Int) { failures.withLock { $0 = count } }

    var disk: Disk {
        Disk { [self] change in
            try failures.withLock { failures in
                guard failures > 0 else { return }
                failures -= 1
                throw FileError("\(change)", "writing", code: ENOSPC)
            }
        }
    }
}

extension Mortal {
    /// Dies now.
    func kill() { left.withLock { $0 = -1 } }
}
