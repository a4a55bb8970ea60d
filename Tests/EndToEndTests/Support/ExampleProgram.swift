import Harness
import Synchronization

/// The example's host process and the versions of its module, built once for all tests.
///
/// 1.0.0 and 1.1.0 work; 1.2.0 loads and fails its probe; 1.3.0 works, and is for signing with a key nobody trusts. 1.4.0 fails one call in three, 1.5.0 is slow: of
/// these two nothing but the host's metrics tells.
enum ExampleProgram {
    static let broken = "1.2.0"
    static let failing = "1.4.0"
    static let slow = "1.5.0"
    /// With how each is built.
    private static let versions = [("1.0.0", 0), ("1.1.0", 0), (broken, 1), ("1.3.0", 0), (failing, 5), (slow, 6)]

    /// Beside the test bundle, where the compiler's own output is: made again only when a source has changed.
    private static let directory = Repository.build + "/edge-proxy.build"
    static let host = directory + "/edge-proxy"
    /// Sends requests to hosts all the time.
    static let client = directory + "/client"

    static func descriptor(_ version: String) -> String { "\(directory)/\(version)/module.json" }
    static func library(_ version: String) -> String { "\(directory)/\(version)/libfilter.so" }

    static func build(with processes: Processes) async throws {
        func make(_ arguments: String...) async throws {
            try await processes.run(["make", "-s", "-C", Repository.example, "OUT=\(directory)"] + arguments).orThrow()
        }
        try await make("\(directory)/edge-proxy", "\(directory)/client")
        for (version, fault) in versions { try await make("module", "VERSION=\(version)", "BROKEN=\(fault)") }
    }
}
