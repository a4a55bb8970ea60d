// swift-tools-version: 6.2
// Layers: arrows point down only; `hack/layers.txt` orders them, `hack/verify` checks it.
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

// Products of other packages, named once.
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHPACK = Target.Dependency.product(name: "NIOHPACK", package: "swift-nio-http2")
let nioHTTP2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let tracing = Target.Dependency.product(name: "Tracing", package: "swift-distributed-tracing")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")

func layer(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(of name: String, _ more: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.byName(name: name)] + more,
        swiftSettings: settings)
}

/// Compiled with optimisation in debug builds too: its tests decide a million times, and what they search is what ships. Checks that trap stay.
func searched(_ target: Target) -> Target {
    target.swiftSettings?.append(.unsafeFlags(["-O"], .when(configuration: .debug)))
    return target
}

func main(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
    name: "graft",
    products: [
        .executable(name: "graft", targets: ["graft"]),
        .executable(name: "graft-controller", targets: ["graft-controller"]),
        .executable(name: "graft-agent", targets: ["graft-agent"]),
        // The Kubernetes runtime, for any controller. None of it knows Graft: `hack/verify layers`.
        .library(name: "JSON", targets: ["JSON"]),
        .library(name: "KubeCore", targets: ["KubeCore"]),
        .library(name: "HTTPCore", targets: ["HTTPCore"]),
        .library(name: "HTTPTransport", targets: ["HTTPTransport"]),
        .library(name: "KubeClient", targets: ["KubeClient"]),
        .library(name: "KubeConnection", targets: ["KubeConnection"]),
        .library(name: "KubeRuntime", targets: ["KubeRuntime"]),
        .library(name: "Telemetry", targets: ["Telemetry"]),
        // What a host process links that takes its modules from an agent by the host protocol.
        .library(name: "GraftHost", targets: ["GraftHost"]),
        // All that a controller needs of them, by one import.
        .library(name: "Kube", targets: ["Kube"]),
        // For Benchmarks/ alone, a package of its own; nothing here is promised to anyone else.
        .library(
            name: "GraftInternals",
            targets: [
                "Agent", "Controllers", "GraftAPI", "HTTPCore", "JSON", "KubeClient", "KubeCore", "KubeRuntime", "KubeServer", "OCI",
                "Schema", "Trust", "Verification",
            ]),
        .library(name: "EngineInternals", targets: ["GraftAPI", "KubeCore", "Rollout"]),
        .library(name: "RuntimeInternals", targets: ["HTTPCore", "HTTPTransport", "JSON", "KubeClient", "KubeCore", "KubeRuntime"]),
        .library(name: "TrustInternals", targets: ["JSON", "Trust", "Verification"]),
        .library(name: "HarnessInternals", targets: ["Harness"]),
        .library(name: "AnalysisInternals", targets: ["Analysis", "AnalysisSimulation", "GraftAPI", "KubeCore", "Randomness"]),
        .library(
            name: "StreamInternals", targets: ["Agent", "Analysis", "ControllerCommand", "Controllers", "ProgramOptions", "Telemetry"]),
        .library(name: "LimitsInternals", targets: ["GraftAPI", "HTTPCore", "JSON", "KubeCore", "OCI", "Trust", "Verification", "YAML"]),
        // For hack/fuzz alone, which links it with libFuzzer.
        .library(
            name: "FuzzInternals", type: .static,
            targets: [
                "Analysis", "Compatibility", "Controllers", "GraftAPI", "GraftHost", "HTTPTransport", "HostProtocol", "JSON", "KubeClient",
                "KubeCore", "OCI", "Telemetry", "Trust", "Verification", "YAML",
            ]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates.git", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        // Comes with Hummingbird; named for the HTTP/2 server that tests of the client need.
        .package(url: "https://github.com/apple/swift-nio-http2.git", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        // System libraries.
        .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .target(name: "CThreadShard"),
        .target(name: "CMemory"),
        .target(name: "CHostSocket"),
        .target(name: "CLibCurl", linkerSettings: [.linkedLibrary("curl"), .linkedLibrary("ssl"), .linkedLibrary("crypto")]),

        // Values: no I/O, no clock.
        // Values in a document can't outlive its bytes: the compiler holds them to it. Who imports JSON needs no such setting.
        .target(name: "JSON", swiftSettings: settings + [.enableExperimentalFeature("Lifetimes")]),
        layer("YAML", ["JSON", "CLibYAML"]),
        layer("HostProtocol", ["CHostSocket", "JSON"]),
        layer("Schema", ["JSON"]),
        layer("KubeCore", ["JSON"]),
        layer("HTTPCore", [httpTypes]),
        layer("CollectedMetrics", [coreMetrics]),
        layer("Telemetry", ["CThreadShard", "CollectedMetrics", "HTTPCore", "JSON", coreMetrics, httpTypes, lifecycle, logging, tracing]),
        layer("GraftAPI", ["KubeCore", "JSON", "Schema", crypto]),
        layer("Compatibility", ["JSON", "Schema"]),
        layer("Trust", ["JSON", asn1, crypto, cryptoExtras]),
        searched(layer("Rollout", ["GraftAPI", "KubeCore"])),
        layer("Analysis", ["GraftAPI", "KubeCore", "JSON", "Schema"]),

        // Clients.
        layer("HTTPTransport", ["HTTPCore", "CLibCurl", httpTypes]),
        layer("KubeClient", ["KubeCore", "HTTPCore", "JSON", "YAML", coreMetrics, httpTypes, tracing]),
        layer("KubeConnection", ["KubeClient", "HTTPTransport"]),
        layer(
            "KubeRuntime",
            [
                "CMemory", "CollectedMetrics", "KubeClient", "KubeCore", "HTTPCore", "JSON", coreMetrics, httpTypes, lifecycle, logging,
                tracing,
            ]),
        layer("OCI", ["HTTPCore", "JSON", crypto, httpTypes]),
        layer(
            "Verification",
            ["GraftAPI", "JSON", "KubeClient", "KubeCore", "KubeRuntime", "OCI", "Schema", "Trust", crypto, lifecycle, logging]),

        layer("Kube", ["JSON", "KubeClient", "KubeConnection", "KubeCore", "KubeRuntime"]),

        // What a host process links: nothing of Kubernetes.
        layer("GraftHost", ["CHostSocket", "HostProtocol", "JSON", crypto]),

        // Servers, for the embedded control plane alone.
        layer("KubeServer", ["KubeCore", "HTTPCore", "JSON", "YAML", "Schema", grdb, hummingbird, logging, httpTypes, nioCore]),
        layer("RegistryServer", ["JSON", "OCI", hummingbird, logging, httpTypes]),
        // What all servers of HTTP share.
        layer("HTTPServing", [hummingbirdCore, logging, nioCore]),

        // Graft itself.
        layer(
            "Controllers",
            [
                "Analysis", "KubeRuntime", "KubeClient", "KubeCore", "HTTPCore", "JSON", "Schema", "GraftAPI", "OCI", "Trust",
                "Verification",
                "Compatibility", "Rollout", coreMetrics, crypto, httpTypes, lifecycle, logging,
            ]),
        layer(
            "Agent",
            [
                "Analysis", "CHostSocket", "HostProtocol", "KubeRuntime", "KubeClient", "KubeCore", "HTTPCore", "JSON", "Schema",
                "GraftAPI", "GraftHost", "OCI", "Trust", "Verification", "Compatibility", coreMetrics, crypto, httpTypes, lifecycle,
                logging,
            ]),

        // Programs.
        layer(
            "ProgramOptions",
            ["HTTPCore", "HTTPTransport", "JSON", "KubeClient", "KubeConnection", "OCI", "Telemetry", "YAML", argumentParser, logging]),
        layer(
            "AgentCommand",
            ["Agent", "HTTPTransport", "JSON", "ProgramOptions", "Telemetry", "YAML", argumentParser, lifecycle, logging, unixSignals]),
        layer(
            "ControllerCommand",
            [
                "Controllers", "GraftAPI", "HTTPServing", "HTTPTransport", "KubeRuntime", "ProgramOptions", "Telemetry", argumentParser,
                httpTypes, hummingbird, lifecycle, logging, nioCore, nioSSL, unixSignals,
            ]),
        layer(
            "Commands",
            [
                "AgentCommand", "ControllerCommand", "Controllers", "HTTPServing", "ProgramOptions", "KubeServer", "RegistryServer",
                "Agent", "Analysis", "GraftAPI", "HTTPCore", "HTTPTransport", "Rollout",
                "KubeRuntime",
                "KubeClient", "KubeCore", "OCI", "Schema", "Trust", "Verification", "JSON", "YAML", "Compatibility", argumentParser, crypto,
                httpTypes, hummingbird, hummingbirdTLS, lifecycle, logging, nioCore, nioSSL, asn1, unixSignals, x509,
            ]),
        main("graft", ["Commands", argumentParser]),
        main("graft-controller", ["ControllerCommand", argumentParser]),
        main("graft-agent", ["AgentCommand", argumentParser]),

        // The program of the article "Write a controller in Swift in fifteen minutes": it sees what any other package sees.
        .executableTarget(
            name: "config-mirror",
            dependencies: ["Kube", lifecycle, logging],
            path: "Examples/config-mirror/Sources/config-mirror", packageAccess: false,
            // A new package has no upcoming features.
            swiftSettings: [.treatAllWarnings(as: .error)]),

        // A host that takes its module by the host protocol, with what any other package sees of GraftHost.
        .executableTarget(
            name: "socket-host", dependencies: ["GraftHost"], path: "Examples/socket-host", exclude: ["README.md"], packageAccess: false,
            swiftSettings: [.treatAllWarnings(as: .error)]),

        // Tests: what they share, one target for each layer, then the programs as a whole.
        .target(
            name: "Harness",
            dependencies: [
                "HTTPServing", "KubeServer", "KubeClient", "KubeCore", "HTTPCore", "HTTPTransport", "JSON", "OCI", "Trust", "Verification",
                "YAML", hummingbird, hummingbirdTLS, logging, httpTypes, nioCore, nioPosix, nioSSL, asn1, x509, crypto,
            ], path: "Tests/Harness", swiftSettings: settings),
        .target(name: "RegistryConformance", dependencies: ["OCI", "JSON"], path: "Tests/RegistryConformance", swiftSettings: settings),
        .target(name: "Randomness", dependencies: ["JSON"], path: "Tests/Randomness", swiftSettings: settings),
        tests(of: "JSON", ["Randomness"]),
        tests(of: "YAML", ["JSON", "Randomness"]),
        tests(of: "HostProtocol", ["CHostSocket", "JSON", "Randomness"]),
        tests(of: "GraftHost", ["CHostSocket", "HostProtocol", "JSON", "Randomness"]),
        tests(of: "Schema", ["JSON", "Randomness"]),
        tests(of: "KubeCore", ["JSON", "Randomness"]),
        tests(of: "GraftAPI", ["JSON", "Schema", "KubeCore"]),
        tests(of: "Compatibility", ["JSON", "Schema"]),
        tests(of: "Trust", ["JSON", asn1, crypto, cryptoExtras, x509]),
        searched(tests(of: "Rollout", ["GraftAPI", "KubeCore", "JSON", "Schema"])),
        // Fleets that serve requests by chance; the benchmark simulates with the same ones.
        .target(
            name: "AnalysisSimulation", dependencies: ["Analysis", "Randomness"], path: "Tests/AnalysisSimulation", swiftSettings: settings),
        tests(of: "Analysis", ["AnalysisSimulation", "GraftAPI", "KubeCore", "JSON", "Schema", "Randomness"]),
        tests(of: "HTTPTransport", ["HTTPCore", httpTypes, nioCore, nioHPACK, nioHTTP2, nioPosix, nioSSL]),
        tests(of: "KubeClient", ["Harness", "HTTPCore", "HTTPTransport", "KubeCore", "JSON", "KubeConnection", "Randomness", httpTypes]),
        tests(
            of: "KubeRuntime",
            [
                "Harness", "election-candidate", "KubeServer", "HTTPCore", "HTTPTransport", "KubeClient", "KubeCore", "JSON", "Randomness",
                logging,
                lifecycle, httpTypes,
            ]),
        // A process that stands for election, for tests that kill it and stop it.
        .executableTarget(
            name: "election-candidate",
            dependencies: ["HTTPTransport", "JSON", "KubeClient", "KubeCore", "KubeRuntime", lifecycle, logging, unixSignals],
            path: "Tests/ElectionCandidate", swiftSettings: settings),
        tests(
            of: "Telemetry",
            [
                "CollectedMetrics", "Harness", "HTTPCore", "HTTPServing", "HTTPTransport", "JSON", "KubeClient", "KubeCore", "KubeRuntime",
                "KubeServer",
                "Randomness", coreMetrics, httpTypes, hummingbird, lifecycle, logging, nioCore, tracing,
            ]),
        tests(of: "OCI", ["RegistryConformance", "HTTPCore", "HTTPTransport", "JSON", "YAML", httpTypes]),
        tests(of: "Verification", ["GraftAPI", "Harness", "JSON", "KubeCore", "OCI", "Trust"]),
        tests(of: "KubeServer", ["Harness", "HTTPCore", "KubeCore", "JSON", "Randomness", "Schema", httpTypes]),
        tests(
            of: "RegistryServer",
            ["RegistryConformance", "HTTPCore", "HTTPServing", "HTTPTransport", "OCI", "JSON", hummingbird, logging, httpTypes]),
        tests(of: "HTTPServing", ["Harness", hummingbird, lifecycle, logging]),
        tests(
            of: "Controllers",
            [
                "Agent", "Analysis", "Harness", "GraftAPI", "HTTPTransport", "KubeRuntime", "KubeClient", "KubeCore", "OCI", "Trust",
                "JSON",
                logging,
                "KubeServer", "Randomness", "Schema", "Telemetry", "HTTPCore", "Rollout", "Verification", coreMetrics, httpTypes, lifecycle,
            ]),
        tests(
            of: "Agent",
            [
                "socket-host", "Analysis", "CHostSocket", "Compatibility", "GraftHost", "Harness", "HostProtocol", "HTTPTransport",
                "GraftAPI", "KubeRuntime", "KubeClient", "KubeCore", "OCI", "Randomness", "Telemetry", "Trust", "Verification",
                "HTTPCore", "JSON", "Schema", coreMetrics, httpTypes, lifecycle, logging,
            ]),
        // Articles and the program that they write; it is run, not imported.
        .testTarget(
            name: "DocumentationTests",
            dependencies: ["config-mirror", "Harness", "HTTPCore", "KubeClient", "KubeCore", "JSON", "YAML"], swiftSettings: settings),
        tests(
            of: "Commands",
            [
                argumentParser, "Analysis", "ProgramOptions", "GraftAPI", "Harness", "KubeClient", "KubeCore", "KubeServer", "JSON", "OCI",
                "Rollout",
                "Schema",
                "Trust", "YAML",
            ]),
        .testTarget(
            name: "ManifestsTests",
            dependencies: [
                "Agent", "AgentCommand", "Analysis", "ControllerCommand", "Controllers", "Harness", "GraftAPI", "KubeRuntime", "KubeServer",
                "KubeClient", "KubeCore", "HTTPCore", "HTTPTransport", "ProgramOptions", "Telemetry", "Trust", "Schema", "JSON", "YAML",
                argumentParser, httpTypes, lifecycle, logging,
            ], swiftSettings: settings),
        // The programs are not imported: they are run.
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "graft", "graft-controller", "graft-agent", "Harness", "KubeConnection", "KubeRuntime", "HTTPTransport", "GraftAPI",
                "KubeClient", "KubeCore", "HTTPCore", "JSON", "Randomness", "YAML", httpTypes,
            ], swiftSettings: settings),
        // What hack/fuzz looks for, and that it holds for what it begins with.
        .testTarget(
            name: "FuzzTests",
            dependencies: [
                "Analysis", "Compatibility", "Controllers", "GraftAPI", "GraftHost", "HTTPTransport", "HostProtocol", "JSON", "KubeClient",
                "KubeCore", "OCI", "Randomness", "Telemetry", "Trust", "Verification", "YAML", asn1, httpTypes,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "RealClusterTests",
            dependencies: [
                "Harness", "Agent", "Controllers", "GraftAPI", "HTTPTransport", "KubeRuntime", "KubeClient", "KubeCore",
                "Schema", "Trust", "JSON", "YAML", logging,
            ], swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)

// GRAFT_ONLY=JSON,YAMLTests swift test: only these targets and what they need, for a quick turn on one layer.
if let only = Context.environment["GRAFT_ONLY"] {
    var kept: Set<String> = []
    func keep(_ name: String) {
        guard kept.insert(name).inserted, let target = package.targets.first(where: { $0.name == name }) else { return }
        for case .byNameItem(let dependency, _) in target.dependencies { keep(dependency) }
    }
    only.split(separator: ",").forEach { keep(String($0)) }
    package.targets.removeAll { !kept.contains($0.name) }
    package.products.removeAll { !kept.contains($0.name) }
}
