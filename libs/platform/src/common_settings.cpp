#include "platform/setting_kinds.hpp"

namespace platform {
namespace {

using namespace kinds;
using table = std::vector<setting>;

void add_process(table& t) {
    t.push_back(
        also(choice("Environment", {"Production", "Development"}, "Development allows /dev/token and weak keys."),
             {"DOTNET_ENVIRONMENT"}));
    t.push_back(list("Urls", "http://localhost:8080", "What to listen on, as http://localhost:8081;https://*:5007."));
    t.push_back(choice("Log:Level", {"info", "debug", "warn", "error"}, "Least level that is written."));
    t.push_back(boolean("Log:Access", "false", "A line for every request."));
    t.push_back(integer("Net:Loops", "0", "Event loops, a thread each; 0: one per core.", 0, 1'024));
    t.push_back(duration("Shutdown:LameDuck", "5s",
                         "After SIGTERM: how long listeners stay open while POST /api/orders answers 503 (0 "
                         "in Development unless set)."));
    t.push_back(duration("Shutdown:Finish", "20s", "How long work in hand may take to finish."));
    t.push_back(text("Shutdown:DrainFile", "", "While this file exists the replica is not ready."));
    t.push_back(list("Metrics:AllowFrom", "", "Addresses or CIDR blocks that may read /metrics, besides loopback."));
}

void add_http(table& t) {
    t.push_back(list("Cors:Origins", "http://localhost:4200", "Origins whose pages may call the API and the hub."));
    t.push_back(
        list("ForwardedHeaders:KnownProxies", "", "Addresses or CIDR blocks whose X-Forwarded-* are believed."));
    t.push_back(integer("RateLimit:PerUserPerSecond", "0", "Requests per user and second; 0: no limit.", 0, 1'000'000));
    t.push_back(text("Https:CertificatePath", "", "Certificate chain of the https URLs, PEM."));
    t.push_back(text("Https:KeyPath", "", "Its private key, PEM."));
    t.push_back(text("Https:PfxPath", "", "Certificate and key in one PKCS#12 file, instead of the two above."));
    t.push_back(secret("Https:PfxPassword", "Password of that file."));
    t.push_back(duration("Http:HeaderTimeout", "10s", "For a request's head, from its first byte; then 408.", 100));
    t.push_back(duration("Http:IdleTimeout", "75s", "For a connection between requests; then it is closed.", 1'000));
    t.push_back(duration("Http:RequestTimeout", "30s", "Deadline of a request's work.", 100));
    t.push_back(duration("Http:HandlerTimeout", "60s", "When an endpoint has not answered by then: 503.", 100));
    t.push_back(integer("Http:MaxConnections", "18000", "Connections per listener; more wait in the kernel's queue.", 1,
                        1'000'000));
    t.push_back(integer("Http:Backlog", "1024", "Length of the kernel's queue of new connections.", 1, 65'535));
    t.push_back(integer("Http:BodyLimit", "65536", "Bytes of a request body; above: 413.", 1'024, 64 * 1024 * 1024));
    t.push_back(integer("Http:HeaderLimit", "16384", "Bytes of a request's head; above: 431.", 1'024, 1024 * 1024));
    t.push_back(integer("Http:HeaderCount", "100", "Fields of a request's head; above: 431.", 8, 10'000));
    t.push_back(integer("Http:TargetLimit", "8192", "Bytes of a request target; above: 414.", 256, 65'536));
}

void add_tokens(table& t) {
    t.push_back(
        text("Jwt:Authority", "", "OpenID Connect authority; this version verifies HS256 by Jwt:SigningKey only."));
    t.push_back(text("Jwt:Issuer", "", "Issuer that tokens must name; required outside Development."));
    t.push_back(text("Jwt:Audience", "", "Audience that tokens must name; required outside Development."));
    t.push_back(secret("Jwt:SigningKey", "HS256 key of at least 32 random bytes; required outside Development."));
    t.push_back(secret("DevJwt:SigningKey", "Key of /dev/token, Development only."));
    t.push_back(text("DevJwt:Issuer", "contoso-order-notification-dev", "Issuer of /dev/token's tokens."));
    t.push_back(text("DevJwt:Audience", "contoso-spa-dev", "Audience of /dev/token's tokens."));
    t.push_back(integer("DevJwt:ExpiresMinutes", "60", "Lifetime of /dev/token's tokens.", 1, 525'600));
    t.push_back(
        integer("Jwt:CachedTokens", "10000", "Verified tokens that are remembered until they expire.", 0, 10'000'000));
}

void add_stores(table& t) {
    t.push_back(secret("ConnectionStrings:Contoso", "The system of record: Server=…, postgresql://… or sqlite:PATH."));
    t.push_back(secret("ConnectionStrings:Redis", "host:port[,password=…,ssl=True] or redis(s)://…."));
    t.push_back(duration("WorkflowState:Ttl", "00:30:00", "How long an order's transient state is kept.", 1'000));
    t.push_back(integer("Catalogue:RefreshSeconds", "10", "How often the catalogue is read again.", 1, 86'400));
    t.push_back(duration("Catalogue:MaxAge", "24h", "How long intake goes on with a catalogue that can't be refreshed.",
                         1'000));
}

void add_broker(table& t) {
    t.push_back(secret("RabbitMQ:ConnectionString", "amqp(s)://user:password@host:port/vhost."));
    t.push_back(secret("AzureServiceBus:ConnectionString", "Endpoint=sb://…;SharedAccessKeyName=…;SharedAccessKey=…."));
    for (const std::string broker : {"RabbitMQ", "AzureServiceBus"}) {
        t.push_back(text(broker + ":QueueName", "order.accepted", "Queue that order-accept writes."));
        t.push_back(text(broker + ":InboundQueueName", "",
                         "Queue that a worker reads; empty: order.accepted for order-process, "
                         "order.processed for order-notification."));
        t.push_back(text(broker + ":OutboundQueueName", "order.processed", "Queue that order-process writes."));
        t.push_back(text(broker + ":FailedQueueName", "order.failed", "Queue of failures."));
        t.push_back(
            integer(broker + ":MaxProcessingAttempts", "5", "Attempts before a message is dead-lettered.", 1, 100));
    }
    t.push_back(choice("RabbitMQ:QueueType", {"quorum", "classic"}, "How a queue that is missing is declared."));
}

void add_hub(table& t) {
    t.push_back(text("SignalR:ChannelPrefix", "contoso-signalr", "Start of the backplane's channel names."));
    t.push_back(
        text("SignalR:HubName", "OrderNotification.Worker.Hubs.OrderStatusHub", "The hub's name on the backplane."));
}

void add_telemetry(table& t) {
    t.push_back(boolean("OpenTelemetry:Enabled", "false", "Send traces."));
    t.push_back(also(text("OpenTelemetry:OtlpEndpoint", "http://localhost:4318", "OTLP/HTTP collector."),
                     {"OTEL_EXPORTER_OTLP_ENDPOINT"}));
    t.push_back(also(text("OpenTelemetry:ServiceName", "", "service.name of the traces; empty: the program's name."),
                     {"OTEL_SERVICE_NAME"}));
    t.push_back(
        also(text("OpenTelemetry:ResourceAttributes", "", "More attributes: k=v,k=v."), {"OTEL_RESOURCE_ATTRIBUTES"}));
    t.push_back(also(secret("OpenTelemetry:OtlpHeaders", "Headers to the collector: k=v,k=v."),
                     {"OTEL_EXPORTER_OTLP_HEADERS"}));
    t.push_back(also(choice("OpenTelemetry:Sampler",
                            {"parentbased_always_on", "always_on", "always_off", "traceidratio",
                             "parentbased_always_off", "parentbased_traceidratio"},
                            "Which traces are sent."),
                     {"OTEL_TRACES_SAMPLER"}));
    t.push_back(also(text("OpenTelemetry:SamplerArgument", "", "Share of traces, 0 to 1, for a ratio sampler."),
                     {"OTEL_TRACES_SAMPLER_ARG"}));
    t.push_back(also(boolean("OpenTelemetry:Disabled", "false", "Send no traces, whatever else is set."),
                     {"OTEL_SDK_DISABLED"}));
}

}  // namespace

std::vector<setting> common_settings() {
    table t;
    add_process(t);
    add_http(t);
    add_tokens(t);
    add_stores(t);
    add_broker(t);
    add_hub(t);
    add_telemetry(t);
    return t;
}

}  // namespace platform
