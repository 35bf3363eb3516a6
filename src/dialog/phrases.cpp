#include "dialog/phrases.hpp"

namespace offhook::dialog {
namespace {

constexpr Phrases kPhrases[] = {
    {"en", "Are you still there?", "Goodbye.", "Sorry, I didn't get that.", "Could you say it again?",
     "I'm sorry, I'm having trouble right now. Please call again later. Goodbye.", "One moment, please."},
    {"de", "Sind Sie noch da?", "Auf Wiederhören.", "Das habe ich leider nicht verstanden.",
     "Können Sie es noch einmal sagen?",
     "Es tut mir leid, hier stimmt gerade etwas nicht. Bitte rufen Sie später noch einmal an. Auf Wiederhören.",
     "Einen Moment bitte."},
    {"fr", "Vous êtes toujours là ?", "Au revoir.", "Désolé, je n'ai pas compris.", "Pouvez-vous répéter ?",
     "Je suis désolé, j'ai un problème en ce moment. Veuillez rappeler plus tard. Au revoir.",
     "Un instant, s'il vous plaît."},
    {"es", "¿Sigue ahí?", "Adiós.", "Perdone, no le he entendido.", "¿Puede repetirlo?",
     "Lo siento, ahora mismo tengo un problema. Vuelva a llamar más tarde, por favor. Adiós.",
     "Un momento, por favor."},
    {"it", "È ancora in linea?", "Arrivederci.", "Mi scusi, non ho capito.", "Può ripetere?",
     "Mi dispiace, in questo momento ho un problema. La prego di richiamare più tardi. Arrivederci.",
     "Un momento, per favore."},
    {"pt", "Ainda está aí?", "Até logo.", "Desculpe, não entendi.", "Pode repetir?",
     "Desculpe, estou com um problema neste momento. Por favor, ligue mais tarde. Até logo.", "Um momento, por favor."},
    {"nl", "Bent u er nog?", "Tot ziens.", "Sorry, dat heb ik niet verstaan.", "Kunt u het nog een keer zeggen?",
     "Het spijt me, er gaat hier iets mis. Belt u later nog eens. Tot ziens.", "Een ogenblik, alstublieft."},
    {"pl", "Czy nadal Pan lub Pani tam jest?", "Do widzenia.", "Przepraszam, nie zrozumiałem.",
     "Czy można prosić o powtórzenie?", "Przepraszam, mam teraz problem. Proszę zadzwonić później. Do widzenia.",
     "Chwileczkę."},
    {"sv", "Är du kvar?", "Hej då.", "Ursäkta, det förstod jag inte.", "Kan du säga det igen?",
     "Tyvärr har jag problem just nu. Ring gärna igen senare. Hej då.", "Ett ögonblick."},
    {"da", "Er du der stadig?", "Farvel.", "Undskyld, det forstod jeg ikke.", "Kan du sige det igen?",
     "Jeg har desværre problemer lige nu. Ring venligst igen senere. Farvel.", "Et øjeblik."},
    {"nb", "Er du der fortsatt?", "Ha det.", "Beklager, det forsto jeg ikke.", "Kan du si det igjen?",
     "Jeg har dessverre problemer akkurat nå. Ring gjerne igjen senere. Ha det.", "Et øyeblikk."},
    {"cs", "Jste tam ještě?", "Na shledanou.", "Promiňte, nerozuměl jsem.", "Můžete to zopakovat?",
     "Omlouvám se, mám teď potíže. Zavolejte prosím později. Na shledanou.", "Okamžik, prosím."},
    {"tr", "Hâlâ orada mısınız?", "Hoşça kalın.", "Üzgünüm, anlayamadım.", "Tekrar eder misiniz?",
     "Üzgünüm, şu anda bir sorun var. Lütfen daha sonra tekrar arayın. Hoşça kalın.", "Bir dakika lütfen."},
    {"ja", "まだいらっしゃいますか？", "失礼いたします。", "申し訳ございません、聞き取れませんでした。",
     "もう一度お願いできますか？",
     "申し訳ございません、ただいま問題が発生しております。後ほどおかけ直しください。失礼いたします。",
     "少々お待ちください。"},
    {"zh", "您还在吗？", "再见。", "抱歉，我没听清。", "您能再说一遍吗？", "抱歉，现在出了点问题，请稍后再打来。再见。",
     "请稍等。"},
    {"ko", "아직 듣고 계신가요?", "안녕히 계세요.", "죄송합니다, 알아듣지 못했습니다.", "다시 말씀해 주시겠어요?",
     "죄송합니다. 지금 문제가 있습니다. 나중에 다시 전화해 주세요. 안녕히 계세요.", "잠시만 기다려 주세요."},
    {"ru", "Вы ещё на линии?", "До свидания.", "Извините, я не понял.", "Повторите, пожалуйста?",
     "Извините, сейчас что-то не работает. Пожалуйста, перезвоните позже. До свидания.", "Одну минуту, пожалуйста."},
    {"uk", "Ви ще на лінії?", "До побачення.", "Вибачте, я не зрозумів.", "Повторіть, будь ласка?",
     "Вибачте, зараз щось не працює. Будь ласка, передзвоніть пізніше. До побачення.", "Хвилинку, будь ласка."},
    {"hi", "क्या आप अभी लाइन पर हैं?", "नमस्ते।", "माफ़ कीजिए, मैं समझ नहीं पाया।", "क्या आप दोहरा सकते हैं?",
     "माफ़ कीजिए, अभी कुछ परेशानी है। कृपया बाद में फिर फ़ोन कीजिए। नमस्ते।", "एक मिनट रुकिए।"}};

}  // namespace

const Phrases& phrases_in(std::string_view language) {
  const std::string_view primary = language.substr(0, language.find_first_of("-_"));
  for (const Phrases& phrases : kPhrases)
    if (phrases.language == primary) return phrases;
  return kPhrases[0];
}

}  // namespace offhook::dialog
