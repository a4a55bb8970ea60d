import Agent
package import ArgumentParser
import HTTPTransport
import Logging
import ProgramOptions

/// Where an agent tells what its host exposes; nowhere unless it is told to.
package struct UplinkOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where analyses of hosts ask, as in https://graft-controller.graft-system.svc:9443. Default: nowhere. Wants the two files.",
            valueName: "url"))
    package var controller: String?
    @Option(help: ArgumentHelp("A token of the agent with the audience graft-controller, read anew for each request.", valueName: "path"))
    package var controllerToken: String?
    @Option(help: ArgumentHelp("Certificates of the authorities to trust for that, PEM; taken up when they change.", valueName: "path"))
    package var controllerAuthority: String?

    package init() {}

    package func validate() throws { _ = try address() }

    private func address() throws -> HostURL? {
        guard let controller else { return nil }
        guard let url = HostURL(controller), url.scheme == "https", url.path == "/" else {
            throw CommandError("--controller: found \(controller), wanted https://host:port")
        }
        guard controllerToken != nil, controllerAuthority != nil else {
            throw CommandError("--controller: wanted --controller-token and --controller-authority with it")
        }
        return url
    }

    /// Nil when nothing is told. Files that are not there yet are waited for: each request that fails says so.
    /// - Parameter interval: between one look at the authorities' file and the next.
    func uplink(_ logger: Logger, lookingEvery interval: Duration = .seconds(10)) throws -> StreamUplink? {
        guard let url = try address(), let controllerToken, let controllerAuthority else { return nil }
        let transport = HTTPClient(
            .init(
                proxy: .none, userAgent: "graft-agent", credentialFiles: .init(trustedAuthorities: controllerAuthority, interval: interval))
        )
        return StreamUplink(transport: transport, url: url) {
            var token = Substring(try LocalFile(controllerToken).text())
            while token.last?.isWhitespace == true { token.removeLast() }
            return String(token)
        }
    }
}
