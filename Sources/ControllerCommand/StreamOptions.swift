package import ArgumentParser
import Controllers
import Logging
import ProgramOptions
import ServiceLifecycle
import Telemetry

/// Where agents tell the controller of their hosts; nowhere unless it is told to.
package struct StreamOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where agents tell what their hosts expose, over HTTPS, as in 0.0.0.0:9443. Default: nowhere. Wants the two files.",
            valueName: "address:port"))
    package var streamsListen = ""
    @Option(
        help: ArgumentHelp(
            "The certificate shown to agents, followed by those up to its authority; PEM. Taken up when it is renewed.", valueName: "path"))
    package var streamsCertificate: String?
    @Option(help: ArgumentHelp("Its private key; PEM.", valueName: "path"))
    package var streamsKey: String?

    package init() {}

    package func validate() throws { _ = try address() }

    func address() throws -> ListeningAddress? {
        let address = try ListenOption("--streams-listen", streamsListen).address()
        guard address == nil || (streamsCertificate != nil && streamsKey != nil) else {
            throw CommandError("--streams-listen: wanted --streams-certificate and --streams-key with it; agents tell nothing without TLS")
        }
        return address
    }

    /// What agents tell, and the server that takes it; nil when they tell nothing. A certificate that is not there yet is no reason not to roll out: it is said, and
    /// waited for.
    /// - Throws: `CommandError` when the files are there and hold something else.
    func server(_ logger: Logger) throws -> (StreamIngest?, (any Service)?) {
        guard let address = try address(), let streamsCertificate, let streamsKey else { return (nil, nil) }
        let ingest = StreamIngest()
        let (certificate, key) = (LocalFile(streamsCertificate), LocalFile(streamsKey))
        return (ingest, try StreamServer(ingest, at: address, certificate: certificate, key: key, logger: logger))
    }
}
