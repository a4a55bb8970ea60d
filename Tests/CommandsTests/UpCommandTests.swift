import ArgumentParser
import Testing

@testable import Commands

@Suite("graft up")
struct UpCommandTests {
    @Test("takes what the controller in it is told of analyses and webhooks, as graft-controller does")
    func checks() throws {
        _ = try UpCommand.parse([
            "--check-credentials", "/etc/checks", "--check-host", "127.0.0.1:9090", "--prometheus", "http://127.0.0.1:9090",
            "--prometheus-credentials", "metrics",
        ])
    }

    @Test(
        "refuses what it could not act on, and names the option",
        arguments: [
            (["--prometheus-credentials", "metrics"], "--prometheus-credentials"), (["--check-host", "a/b"], "--check-host"),
            (["--check-network", "localhost"], "--check-network"), (["--port", "65536"], "--port"),
        ])
    func mistakes(arguments: [String], option: String) {
        let error = #expect(throws: (any Error).self) { _ = try UpCommand.parse(arguments) }
        #expect(error.map { UpCommand.message(for: $0).contains(option) } == true)
    }
}
