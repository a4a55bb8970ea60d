import Harness
import Synchronization

/// The example's host process and the versions of its module, built once for all tests.
///
/// 1.0.0 and 1.1.0 work; 1.2.0 loads and fails its probe; 1.3.0 works, and is for signing with a key nobody trusts.
enum ExampleProgram {
    static let broken = "1.2.0"
    static let versions = ["1.0.0", "1.1.0", broken, "1.3.0"]

    /// Beside the test bundle, where the compiler's own output is: made again only when a source has changed.
    private static let directory = Repository.build + "/edge-proxy.build"
    static let host = directory + "/edge-proxy"

    static func descriptor(_ version: String) -> String { "\(directory)/\(version)/module.json" }
    static func library(_ version: String) -> String { "\(directory)/\(version)/libfilter.so" }

    static func build(with processes: Processes) async throws {
        func make(_ arguments: String...) async throws {
            try await processes.run(["make", "-s", "-C", Repository.example, "OUT=\(directory)"] + arguments).orThrow()
        }
        try await make("\(directory)/edge-proxy")
        for version in versions { try await make("module", "VERSION=\(version)", "BROKEN=\(version == broken ? 1 : 0)") }
    }
}
