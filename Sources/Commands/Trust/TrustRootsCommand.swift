import ArgumentParser
import GraftAPI
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import ProgramOptions
import Trust
import Verification

/// `graft trust roots`: what each TrustRoot holds, how old it is, and when its authorities end.
struct TrustRootsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roots", abstract: "List TrustRoots: content, age, and when their authorities end.",
        discussion: "What a root holds may stand in a ConfigMap or Secret in \(GraftAPI.trustNamespace), which you must be allowed to read."
    )

    @Option(help: ArgumentHelp("End with status 1 when a root is older than that, or can't be read: 90d, 36h.", valueName: "age"))
    var maxAge: Age?
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try cluster.connect().client
        let view = try await Self.view(client, now: Surroundings.system.wallTime())
        output.print(view.json, text: view.lines.joined(separator: "\n"))
        let complaints = maxAge.map { view.complaints(olderThan: $0) } ?? []
        if !complaints.isEmpty { throw CommandError(complaints.joined(separator: "\n")) }
    }

    static func view(_ client: Client, now: Timestamp) async throws -> TrustRootsView {
        let source = TrustRootSource(client)
        var entries: [TrustRootsView.Entry] = []
        for root in try await Api<TrustRoot>(client).list().items {
            entries.append(.init(root, content: try await source.content(of: root.spec)))
        }
        return TrustRootsView(entries, now: now)
    }
}

/// How old something may be: days or hours.
struct Age: ExpressibleByArgument, CustomStringConvertible {
    let description: String
    let duration: Duration

    init?(argument: String) {
        guard let unit = argument.last, ["d", "h"].contains(unit), argument.first?.isNumber ?? false,
            let count = Int64(argument.dropLast()), (1...100_000).contains(count)
        else { return nil }
        description = argument
        duration = .seconds(count * (unit == "d" ? 86_400 : 3600))
    }
}
