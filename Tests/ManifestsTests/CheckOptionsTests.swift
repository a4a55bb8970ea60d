import ArgumentParser
import ControllerCommand
import Controllers
import GraftAPI
import Testing

@Suite("Whom the controller calls, by its options")
struct CheckOptionsTests {
    private let loopback: [UInt8] = [127, 0, 0, 1]
    private let link: [UInt8] = [169, 254, 169, 254]

    @Test("nothing of its own machine, unless it is told so")
    func cluster() throws {
        #expect(try !CheckOptions.parse([]).configuration().rules.mayConnect(to: loopback))
        #expect(try CheckOptions.parse(["--check-network", "127.0.0.0/8"]).configuration().rules.mayConnect(to: loopback))
    }

    @Test("on somebody's own machine what runs there as well, with the same credentials and the same Prometheus")
    func local() throws {
        let options = try CheckOptions.parse([
            "--check-credentials", "/etc/checks", "--prometheus", "http://127.0.0.1:9090", "--prometheus-credentials", "metrics",
        ])
        let configuration = try options.localConfiguration()
        #expect(configuration.rules.mayConnect(to: loopback) && !configuration.rules.mayConnect(to: link))
        #expect(configuration.credentials == "/etc/checks")
        #expect(configuration.prometheus?.address == "http://127.0.0.1:9090" && configuration.prometheus?.credentials == "metrics")
    }
}
