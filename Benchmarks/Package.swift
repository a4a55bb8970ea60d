// swift-tools-version: 6.2
// Benchmarks are a package of their own, so that nothing they need burdens Graft's.
import PackageDescription

/// Graft's targets use `package` access. A benchmark measures the real parts, so it is compiled as a member of Graft's package, which SwiftPM names after
/// its folder.
let graftFolder = Context.packageDirectory.split(separator: "/").dropLast().last.map { $0.lowercased() } ?? "graft"
let graftModule = String(graftFolder.map { $0.isLetter || $0.isNumber ? $0 : "_" })

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .unsafeFlags(["-package-name", graftModule]),
]

let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

func graft(_ product: String) -> Target.Dependency { .product(name: product, package: graftFolder) }

/// A program that measures. Without `packageAccess: false` SwiftPM names this package, and the last name counts.
func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, packageAccess: false, swiftSettings: settings)
}

let package = Package(
    name: "benchmarks",
    dependencies: [
        .package(path: ".."),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
    ],
    targets: [
        .target(name: "CMeasure"),
        // It draws its own lots, from seeds that it prints.
        program("analysis", [graft("AnalysisInternals")]),
        program("counters", ["CMeasure", graft("Telemetry"), .product(name: "CoreMetrics", package: "swift-metrics")]),
        program("engine", [graft("EngineInternals"), "CMalloc"]),
        program("fleet", [graft("GraftInternals"), httpTypes, logging]),
        program(
            "idle",
            [
                "Stations", "CMalloc", graft("GraftInternals"), graft("RuntimeInternals"), graft("HarnessInternals"), graft("Telemetry"),
                httpTypes, logging,
            ]),
        // Of Graft only JSON and KubeCore: it builds in a minute.
        program("json", [graft("JSON"), graft("KubeCore"), "CMalloc"]),
        .systemLibrary(name: "CMalloc"),
        program("limits", [graft("LimitsInternals"), httpTypes, "CMalloc"]),
        // What `runtime` measures is a process of its own, `reader`, that holds nothing but the client.
        program("runtime", ["Stations", graft("RuntimeInternals"), graft("HarnessInternals")]),
        program("reader", ["Stations", graft("RuntimeInternals"), httpTypes, logging]),
        // The controller is a process of its own; its hosts are connections of this one.
        program(
            "streams",
            [
                "Stations", graft("GraftInternals"), graft("RuntimeInternals"), graft("HarnessInternals"), graft("StreamInternals"),
                logging, .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        program(
            "trust", ["Stations", graft("TrustInternals"), .product(name: "Crypto", package: "swift-crypto")]),
        .target(name: "Stations", dependencies: [graft("RuntimeInternals")], packageAccess: false, swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
